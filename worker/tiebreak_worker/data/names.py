"""The field's terms that settings choose from; free of imports, so that --help stays fast."""

# Llama 3's four levels (arXiv 2407.21783, section 4.2.1), strongest first.
STRENGTHS = ("significantly_better", "better", "slightly_better", "marginally_better")
# Ordered pairs of a row whose chosen response was edited: edited > chosen > rejected.
PAIRS = ("edited>chosen", "chosen>rejected", "edited>rejected")
MARGINS = ("none", "llama2-small", "llama2-large", "scaled", "column")
OVER_LONG = ("keep-out", "truncate", "fail")
# Preference losses, by TRL's names; an offset by strength means something in those that are functions of the gap.
LOSSES_WITH_OFFSET = ("sigmoid", "hinge", "sigmoid_norm", "robust", "exo_pair", "discopop")
LOSSES = (*LOSSES_WITH_OFFSET, "ipo", "nca_pair", "bco_pair", "sppo_hard", "apo_zero", "apo_down")
