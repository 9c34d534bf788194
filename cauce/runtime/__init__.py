"""Everything that touches the world, once: Kafka, the clock, disks, SQL, providers."""
