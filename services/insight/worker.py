"""Insight has no lanes: one projector reads every fact topic."""

from cauce.runtime.service import Service
from services.insight.following import run_insight

SERVICE = Service("insight", run=run_insight)
