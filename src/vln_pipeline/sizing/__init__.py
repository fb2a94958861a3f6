"""What a data generation will cost, told before it runs."""
