"""What this machine's processor computes in hardware; models choose their arithmetic by it.

Enters: nothing. Leaves: yes or no. Deliberately knows no model.
"""

from __future__ import annotations

import os


def wait_passively() -> None:
    """Let torch's threads sleep while they wait; to be called before torch is first imported.

    Threads that spin starve whatever else the machine is doing.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def multiplies_bfloat16() -> bool:
    """Whether the processor has matrix instructions for bfloat16; emulated, it is far slower."""
    import torch  # noqa: PLC0415 (loaded when needed)

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
