"""Everybody around the deployment: they send until it is acknowledged, change their minds, and say things twice."""
