"""Several years in one plan: cases side by side, tied by what is built in one and stands in others (decision 0061)."""
