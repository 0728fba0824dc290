"""What the pilot says: published summaries or raw data, to weighted populations."""
