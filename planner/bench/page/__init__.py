"""What a campaign says: scores, tables, figures and one page."""
