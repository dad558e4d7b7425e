"""What a feature is written with: ledgers, findings, figures, relaxations, the audit's own clock."""
