"""What KPU runs on the engine: its registers, calendar, evidence rules, letters. No web, no Redis, no clock."""
