"""Building blocks of features: ledgers, findings, figures, relaxations, the audit's own clock."""
