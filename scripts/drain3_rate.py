"""Lines per second of one core that Drain3 groups from a file, with its defaults. For scripts/bench.sh.

The second argument says whether values are masked first, as the example configuration of Drain3 (drain3.ini) does it.
"""
import logging
import sys
import time

from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

BEGIN, END = r"((?<=[^A-Za-z0-9])|^)", r"((?=[^A-Za-z0-9])|$)"
MASKS = [
    (BEGIN + r"(([0-9a-f]{2,}:){3,}([0-9a-f]{2,}))" + END, "ID"),
    (BEGIN + r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})" + END, "IP"),
    (BEGIN + r"([0-9a-f]{6,} ?){3,}" + END, "SEQ"),
    (BEGIN + r"([0-9A-F]{4} ?){4,}" + END, "SEQ"),
    (BEGIN + r"(0x[a-f0-9A-F]+)" + END, "HEX"),
    (BEGIN + r"([\-\+]?\d+)" + END, "NUM"),
    (r"(?<=executed cmd )(\".+?\")", "CMD"),
]

logging.disable(logging.CRITICAL)
with open(sys.argv[1], encoding="utf-8") as file:
    lines = file.read().splitlines()
config = TemplateMinerConfig()
if sys.argv[2] == "yes":
    config.masking_instructions = [MaskingInstruction(pattern, name) for pattern, name in MASKS]
miner = TemplateMiner(config=config)
started = time.process_time()
for line in lines:
    miner.add_log_message(line)
print(len(lines) / (time.process_time() - started))
