"""Report a campaign: scores, tables, figures and one page."""
