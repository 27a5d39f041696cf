"""What this machine's processor computes in hardware; models choose their arithmetic by it.

Enters: nothing. Leaves: yes or no. Deliberately knows no model.
"""

from __future__ import annotations

import os


def wait_passively() -> None:
    """Let threads of torch and FAISS sleep while they wait; called before either is imported.

    Threads that spin starve whatever else the machine is doing, here the next stage of a question.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def multiplies_bfloat16() -> bool:
    """Whether the processor has matrix instructions for bfloat16; emulated, it is far slower."""
    import torch  # noqa: PLC0415 (loaded when needed)

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
