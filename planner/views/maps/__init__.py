"""The static figure of a plan: an A4 map for a report, in Chinese or English, as PNG, SVG and PDF."""
