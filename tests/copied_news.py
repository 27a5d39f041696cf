"""A story as several papers print it, and another one."""

from __future__ import annotations

STORY = (
    "The river Tejo rose four metres in a single night and flooded the lower town. "
    "Élodie Brun, the mayor, asked the army for help on Sunday morning. "
    "At least 12 people were taken to the hospital of São José. "
    "Trains to the coast were stopped at noon and did not run again before Tuesday. "
    "Shops along the quay stayed closed while pumps were brought from Porto."
)
EDITED = STORY.replace("asked the army for help", "called in the army 🎉")
ADDED = (
    " A school in Alfama, built on stilts by its pupils’ grandparents, stayed dry and took in "
    "ninety families whose homes were under water."
)
MORE = "The port of Haifa reopened. A sign said welcome to the crews of tall ships."
