"""A problem of many periods solved period by period, with what links them at the top (decision 0049)."""
