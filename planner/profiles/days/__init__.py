"""Representative days: which days stand for a year, and the error that makes."""
