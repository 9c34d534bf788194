"""One folder a service: a consumer group and the owner of its topics. Services meet in topics and nowhere else."""
