"""What KPU runs on the engine: its registers, calendar, evidence rules and letters. Knows no web, no Redis, no clock."""
