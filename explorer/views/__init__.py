"""What a browser shows: Panel components around the conversation."""
