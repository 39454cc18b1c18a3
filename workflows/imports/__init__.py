"""Members from anybody's table: read without trust, understood column by column, tried before anything is written."""
