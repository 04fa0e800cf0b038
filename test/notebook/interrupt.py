"""Interrupts a cell that trains, as JupyterLab does, twice; prints after each how many steps were taken, and again a second later."""

import sys
import time

import jupyter_client

begin = """import { selectBackend, loadDataset, highwayNet, fit, Stream } from 'unrolled';
let steps = 0;
await selectBackend();
const data = await loadDataset('glyphs', { train: 100, test: 100 });"""
train = """const net = highwayNet({ inputs: [28, 28, 1], width: 50, depth: 10, classes: 10, transformBias: -1, stream: Stream.of(1) });
const onStep = ({ step }) => {
  steps++;
  if (step === 5) console.log('begun');
};
const schedule = { kind: 'constant' as const, rate: 0.01 };
await fit(net, data.train, { optimizer: { name: 'sgd' }, schedule: schedule, batchSize: 50, steps: 1e6 }, { stream: Stream.of(1), onStep: onStep });"""

manager = jupyter_client.KernelManager(kernel_name="tslab")
manager.start_kernel(cwd=sys.argv[1])
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=120)
try:
    client.execute_interactive(begin, timeout=120, output_hook=lambda message: None)
    for _ in range(2):

        def interrupt(message):
            if "begun" in message["content"].get("text", ""):
                manager.interrupt_kernel()

        client.execute_interactive(train, timeout=120, output_hook=interrupt)
        for _ in range(2):
            time.sleep(1)
            client.execute_interactive("console.log(steps);", timeout=60)
finally:
    manager.shutdown_kernel(now=True)
