"""What runs a lane: tenures, batches, stores, transactions, parking, on Faust and aiokafka."""
