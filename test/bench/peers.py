"""peers.py PEER WORKLOAD cpu|cuda: reads a number of repetitions a line, answers with milliseconds each.

Each peer is written as its own documentation advises: channels last, fused optimizers, inference mode, buffers that
are given away, and as many threads as serve it best."""
import json, os, sys, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

peer, workload, device = sys.argv[1:4]
batch = int(workload.rsplit("-", 1)[1].split("x")[-1])
depth, width, classes = 50, 50, 10
rng = np.random.default_rng(1)


def normal(shape, deviation=1.0):
    return rng.normal(0, deviation, shape).astype("float32")


def highway_weights():
    zeros = lambda n: np.zeros(n, "float32")
    blocks = [
        (normal((width, width), 0.14), zeros(width), normal((width, width), 0.14), np.full(width, -3, "float32"))
        for _ in range(depth)
    ]
    return [(normal((784, width), 0.03), zeros(width)), blocks, (normal((width, classes), 0.14), zeros(classes))]


def data(count):
    return normal((count, 784)), rng.integers(0, classes, count).astype("int64")


def torch_workload():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    cuda = device == "cuda"
    torch.backends.cudnn.benchmark = True
    mode = "reduce-overhead" if cuda else "default"
    compiled = (lambda f: torch.compile(f, mode=mode)) if peer == "torch-compile" else lambda f: f
    to = lambda x: torch.tensor(x, device=device)
    kinds = {"torch": "", "torch-compile": " compiled", "torch-graph": " as a CUDA graph"}
    about = f"PyTorch {torch.__version__}{kinds[peer]}"

    def net():
        (w0, b0), blocks, (w1, b1) = highway_weights()
        weights = [w0, b0, *[q for b in blocks for q in b], w1, b1]
        return [torch.tensor(w, device=device, requires_grad=True) for w in weights]

    def block(p, i, h):
        wh, bh, wt, bt = p[2 + 4 * i : 6 + 4 * i]
        H = torch.relu(torch.addmm(bh, h, wh))
        T = torch.sigmoid(torch.addmm(bt, h, wt))
        return (H - h) * T + h

    first = lambda p, x: torch.relu(torch.addmm(p[1], x, p[0]))
    last = lambda p, h: torch.addmm(p[-1], h, p[-2])

    def forward(p, x, keep=None, skip=None):
        h = first(p, x)
        for i in range(depth):
            if i == skip:
                continue
            y = block(p, i, h)
            h = y if keep is None else h + keep[i] * (y - h)
        return last(p, h)

    def training(loss, parameters):
        optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, fused=True)
        loss = compiled(loss)

        def body():
            optimizer.zero_grad()
            value = loss()
            value.backward()
            optimizer.step()
            return value

        if peer != "torch-graph":
            return lambda: body().item()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(4):
                body()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        optimizer.zero_grad()
        with torch.cuda.graph(graph):
            value = loss()
            value.backward()
            optimizer.step()

        def replay():
            graph.replay()
            return value.item()

        return replay

    if workload.startswith("highway"):
        p = net()
        x, y = map(to, data(batch))
        return training(lambda: F.cross_entropy(forward(p, x), y), p), about
    if workload.startswith("resnet"):

        class Block(nn.Module):
            def __init__(self, a, b, stride):
                super().__init__()
                self.conv1, self.norm1 = nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b)
                self.conv2, self.norm2 = nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b)
                self.stride, self.pad = stride, (b - a) // 2

            def forward(self, x):
                r = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
                if self.stride > 1:
                    x = F.pad(F.avg_pool2d(x, 2), (0, 0, 0, 0, self.pad, self.pad))
                return F.relu(r + x)

        layers, channels = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
        per_stage = (int(workload[len("resnet") :].split("-")[0]) - 2) // 6
        for stage, b in enumerate([16, 32, 64]):
            for i in range(per_stage):
                layers.append(Block(channels, b, 2 if stage and i == 0 else 1))
                channels = b
        model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))
        model = model.to(device, memory_format=torch.channels_last)
        x = to(normal((batch, 3, 32, 32))).to(memory_format=torch.channels_last)
        y = to(rng.integers(0, classes, batch))
        return training(lambda: F.cross_entropy(model(x), y), list(model.parameters())), about
    if peer == "torch-graph":
        return None, about
    p = net()
    if workload.startswith("evaluate"):
        batches = [tuple(map(to, data(1000))) for _ in range(10)]
        correct = compiled(lambda x, y: (forward(p, x).argmax(1) == y).sum())

        @torch.inference_mode()
        def evaluate():
            return sum(correct(x, y).item() for x, y in batches)

        return evaluate, about
    batches = [tuple(map(to, data(1000))) for _ in range(8)]
    if workload.startswith("sweep-shared"):
        if peer != "torch":
            return None, about

        @torch.inference_mode()
        def sweep():
            for x, y in batches:
                h = first(p, x)
                for lesion in range(49):
                    g = h
                    for i in range(lesion + 1, depth):
                        g = block(p, i, g)
                    F.cross_entropy(last(p, g), y).item()
                    h = block(p, lesion, h)

        return sweep, about
    masked = compiled(lambda x, y, keep: F.cross_entropy(forward(p, x, keep), y))
    skipping = lambda x, y, lesion: F.cross_entropy(forward(p, x, skip=lesion), y)

    @torch.inference_mode()
    def sweep():
        for lesion in range(49):
            keep = torch.ones(depth, device=device)
            keep[lesion] = 0
            for x, y in batches:
                (skipping(x, y, lesion) if peer == "torch" else masked(x, y, keep)).item()

    return sweep, about


def with_best_threads(build):
    """The workload with one thread or with one a core, whichever is the quicker."""
    import torch

    times = {}
    run, about = build()
    if run is None or device == "cuda" or peer != "torch":
        return run, about
    for threads in {1, os.cpu_count()}:
        torch.set_num_threads(threads)
        run()
        start = time.perf_counter()
        run()
        run()
        times[threads] = time.perf_counter() - start
    torch.set_num_threads(min(times, key=times.get))
    return run, about


def jax_workload():
    from functools import partial

    import jax
    import jax.numpy as jnp

    def forward(p, x, keep=None):
        (w0, b0), blocks, (w1, b1) = p
        h = jax.nn.relu(x @ w0 + b0)
        for i, (wh, bh, wt, bt) in enumerate(blocks):
            y = (jax.nn.relu(h @ wh + bh) - h) * jax.nn.sigmoid(h @ wt + bt) + h
            h = y if keep is None else h + keep[i] * (y - h)
        return h @ w1 + b1

    def cross_entropy(logits, y):
        return -jax.nn.log_softmax(logits)[jnp.arange(len(y)), y].mean()

    about = f"JAX {jax.__version__} jit"
    p = jax.tree.map(jnp.array, highway_weights())
    if workload.startswith("highway"):
        x, y = map(jnp.array, data(batch))
        state = [p, jax.tree.map(jnp.zeros_like, p)]

        @partial(jax.jit, donate_argnums=(0, 1))
        def update(p, v, x, y):
            loss, g = jax.value_and_grad(lambda p: cross_entropy(forward(p, x), y))(p)
            v = jax.tree.map(lambda v, g: 0.9 * v + g, v, g)
            return jax.tree.map(lambda p, v: p - 0.01 * v, p, v), v, loss

        def step():
            state[0], state[1], loss = update(*state, x, y)
            return float(loss)

        return step, about
    if workload.startswith("evaluate"):
        batches = [tuple(map(jnp.array, data(1000))) for _ in range(10)]
        correct = jax.jit(lambda p, x, y: (forward(p, x).argmax(1) == y).sum())
        return lambda: sum(int(correct(p, x, y)) for x, y in batches), about
    if workload.startswith("sweep-49"):
        batches = [tuple(map(jnp.array, data(1000))) for _ in range(8)]
        loss = jax.jit(lambda p, x, y, keep: cross_entropy(forward(p, x, keep), y))

        def sweep():
            for lesion in range(49):
                keep = jnp.ones(depth).at[lesion].set(0)
                for x, y in batches:
                    float(loss(p, x, y, keep))

        return sweep, about
    return None, about


def tensorflow_workload():
    import tensorflow as tf

    about = f"TensorFlow {tf.__version__} tf.function"
    variables = tf.nest.map_structure(tf.Variable, highway_weights())

    def forward(x, keep=None):
        (w0, b0), blocks, (w1, b1) = variables
        h = tf.nn.relu(x @ w0 + b0)
        for i, (wh, bh, wt, bt) in enumerate(blocks):
            y = (tf.nn.relu(h @ wh + bh) - h) * tf.sigmoid(h @ wt + bt) + h
            h = y if keep is None else h + keep[i] * (y - h)
        return h @ w1 + b1

    def cross_entropy(logits, y):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))

    if workload.startswith("highway"):
        flat = tf.nest.flatten(variables)
        velocities = [tf.Variable(tf.zeros_like(v)) for v in flat]
        x, y = map(tf.constant, data(batch))

        @tf.function
        def update(x, y):
            with tf.GradientTape() as tape:
                loss = cross_entropy(forward(x), y)
            for w, v, g in zip(flat, velocities, tape.gradient(loss, flat)):
                tf.raw_ops.ResourceApplyMomentum(var=w.handle, accum=v.handle, lr=0.01, grad=g, momentum=0.9)
            return loss

        return lambda: float(update(x, y)), about
    if workload.startswith("evaluate"):
        batches = [tuple(map(tf.constant, data(1000))) for _ in range(10)]
        correct = tf.function(lambda x, y: tf.reduce_sum(tf.cast(tf.argmax(forward(x), 1) == y, tf.float32)))
        return lambda: sum(float(correct(x, y)) for x, y in batches), about
    if workload.startswith("sweep-49"):
        batches = [tuple(map(tf.constant, data(1000))) for _ in range(8)]
        loss = tf.function(lambda x, y, keep: cross_entropy(forward(x, keep), y))

        def sweep():
            for lesion in range(49):
                keep = 1 - tf.one_hot(lesion, depth)
                for x, y in batches:
                    float(loss(x, y, keep))

        return sweep, about
    return None, about


with_threads = lambda: with_best_threads(torch_workload)
builders = {
    "torch": with_threads,
    "torch-compile": with_threads,
    "torch-graph": with_threads,
    "jax": jax_workload,
    "tf-function": tensorflow_workload,
}
run, about = builders[peer]()
if run is None:
    print(json.dumps({"about": about, "absent": True}), flush=True)
    sys.exit()
start = time.perf_counter()
run()
run()
print(json.dumps({"about": about, "first": 1e3 * (time.perf_counter() - start)}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        run()
        times.append(1e3 * (time.perf_counter() - start))
    print(json.dumps(times), flush=True)
