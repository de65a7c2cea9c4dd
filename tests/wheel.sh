#!/bin/sh
# The wheel, installed into a fresh environment outside the checkout: init, check, sandbox, run with a shipped sample.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
place=$(mktemp -d)
simulator=
trap '[ -z "$simulator" ] || kill "$simulator"; rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
bin="$place/venv/bin"
"$bin/python" -m pip wheel -q --no-deps --wheel-dir "$place/dist" "$root"
"$bin/python" -m pip install -q --no-deps --require-hashes -r "$root/requirements.lock"
"$bin/python" -m pip install -q --no-deps "$place"/dist/*.whl
cd "$place"
"$bin/ksef-bridge" init firma --nip 1111111111 --name "Firma Testowa" >/dev/null
cd firma
"$bin/ksef-bridge" check mappings/probki/przyklady/01_comarch_pozycje_cp1250.csv --mapping mappings/01_comarch.yaml
port=$("$bin/python" -c 'import socket; free = socket.socket(); free.bind(("127.0.0.1", 0)); print(free.getsockname()[1])')
"$bin/python" - <<'PYTHON' >"$place/clock.json"
import json
from datetime import datetime
from zoneinfo import ZoneInfo

now = datetime.now(ZoneInfo("Europe/Warsaw"))  # at noon invoices may be sent, whenever this runs
print(json.dumps({"real": now.isoformat(), "shows": now.replace(hour=12, minute=0).isoformat(), "speed": 1}))
PYTHON
export KSEF_BRIDGE_CLOCK="$place/clock.json"
"$bin/ksef-bridge" sandbox --port "$port" --clock "$place/clock.json" >/dev/null 2>&1 &
simulator=$!
export KSEF_BRIDGE_SANDBOX_URL="http://127.0.0.1:$port" KSEF_P12_PASSWORD=haslo
"$bin/python" - <<'PYTHON'
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.cli.demo import write_seal
from bridge.cli.demo_data import SALES, sales

now = datetime.now(ZoneInfo("Europe/Warsaw"))
write_seal(Path("owner-only/ksef.p12"), "1111111111", "Firma Testowa", "haslo")
Path("inbox", SALES).write_bytes(sales(Path("mappings/probki/przyklady", SALES), now.date()))
PYTHON
tries=0
until "$bin/ksef-bridge" run --once --wait 60; do  # the simulator may still be starting
    tries=$((tries + 1))
    [ "$tries" -lt 5 ]
done
[ "$(grep -c ';przyjeta;' outbox/wyniki/01_comarch_pozycje_cp1250.csv.wynik.csv)" -eq 4 ]
echo "The wheel works: 4 invoices accepted outside the checkout."
