"""The broker of this machine: named, in a container, or Apache Kafka itself."""
