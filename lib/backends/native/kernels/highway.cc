// The highway block as TensorFlow ops for the CPU; highway.ts says when they are used. Op by op, a block
// sends a dozen arrays through memory: these read and write each once.
#include <node_api.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace {

using namespace tensorflow;
using Packet = Eigen::internal::packet_traits<float>::type;
using Values = Eigen::Map<Eigen::ArrayXf>;
using ConstValues = Eigen::Map<const Eigen::ArrayXf>;

constexpr int64_t kLanes = Eigen::internal::packet_traits<float>::size;
// Rows of which two sums each stay in registers.
constexpr int64_t kTogether = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS / 4;
// Rows whose products stay in a core's first cache.
constexpr int64_t kTile = 64;
// Products, and values, below which waking a second thread costs more than it saves.
constexpr int64_t kPart = 1280000;
constexpr int64_t kValues = 1 << 15;

const float* input(OpKernelContext* context, int i) { return context->input(i).flat<float>().data(); }

template <typename Work>
void inParallel(OpKernelContext* context, int64_t count, int64_t cycles, const Work& work) {
  context->device()->tensorflow_cpu_worker_threads()->workers->ParallelFor(count, cycles, work);
}

// Calls work(begin, end) for parts of `rows` rows that begin with a tile.
template <typename Work>
void inTiles(OpKernelContext* context, int64_t rows, int64_t products, const Work& work) {
  const int64_t part = std::max(kTile, (kPart / products + kTile - 1) / kTile * kTile);
  if (rows <= part) return work(0, rows);
  inParallel(context, (rows + part - 1) / part, part * products / 4, [&](int64_t first, int64_t end) {
    work(first * part, std::min(rows, end * part));
  });
}

// Calls work(i) for each of `size` values.
template <typename Work>
void forEach(OpKernelContext* context, int64_t size, const Work& work) {
  const auto range = [&](int64_t first, int64_t end) {
#pragma GCC ivdep
    for (int64_t i = first; i < end; i++) work(i);
  };
  if (size <= kValues) return range(0, size);
  inParallel(context, size, 4, range);
}

class WithActivation : public OpKernel {
 public:
  explicit WithActivation(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("activation", &activation_));
  }

 protected:
  std::string activation_;
};

// A highway block, y = (H - x) T + x. Eigen's product would pack both of its operands and leave the two
// results interleaved; this one packs the weights alone, once for all rows.
class Block {
 public:
  // `first` is the input of W_H; b_H, W_T and b_T follow.
  Block(OpKernelContext* context, int first)
      : units_(context->input(first).dim_size(0)),
        panels_((units_ + kLanes - 1) / kLanes),
        packed_(panels_ * panel()) {
    packed_.setZero();
    for (const int gate : {0, 1}) {
      const float *kernel = input(context, first + 2 * gate), *bias = input(context, first + 2 * gate + 1);
      for (int64_t i = 0; i < units_; i++) {
        float* column = packed_.data() + i / kLanes * panel() + gate * kLanes + i % kLanes;
        *column = bias[i];
        for (int64_t k = 0; k < units_; k++) column[2 * (k + 1) * kLanes] = kernel[k * units_ + i];
      }
    }
  }

  // Room for what a tile needs on the way.
  static int64_t scratch(int64_t units) { return 2 * (kTile * units + kLanes); }

  // At most a tile; y may be x.
  void run(const float* x, int64_t rows, const std::string& activation, float* scratch, float* y) const {
    const int64_t size = rows * units_;
    float *zh = scratch, *zt = zh + kTile * units_ + kLanes;
    products(x, rows, zh, zt);
    Values h(zh, size), t(zt, size);
    // Less work than Eigen's logistic, and as exact as y needs: to 1e-7.
    const auto sigmoid = [](Values& z) { z = 0.5f + 0.5f * (0.5f * z).tanh(); };
    if (activation == "relu") h = h.max(0.0f);
    if (activation == "sigmoid") sigmoid(h);
    if (activation == "tanh") h = h.tanh();
    sigmoid(t);
    const ConstValues from(x, size);
    Values(y, size) = (h - from) * t + from;
  }

 private:
  // Values of a panel: the biases and the weights of kLanes units, for H and for T.
  int64_t panel() const { return 2 * (units_ + 1) * kLanes; }

  void products(const float* x, int64_t rows, float* zh, float* zt) const {
    // The last panel goes first: what it writes past a row's end, the others write over.
    for (int64_t p = panels_ - 1, done = 0; done < panels_; p = done++) {
      const float* weights = packed_.data() + p * panel();
      int64_t row = 0;
      const auto next = [&] { return row * units_ + p * kLanes; };
      for (; row + kTogether <= rows; row += kTogether)
        sums<kTogether>(x + row * units_, weights, zh + next(), zt + next());
      for (; row < rows; row++) sums<1>(x + row * units_, weights, zh + next(), zt + next());
    }
  }

  template <int64_t kCount>
  void sums(const float* x, const float* weights, float* zh, float* zt) const {
    using namespace Eigen::internal;
    Packet h[kCount], t[kCount];
    for (int64_t r = 0; r < kCount; r++) {
      h[r] = pload<Packet>(weights);
      t[r] = pload<Packet>(weights + kLanes);
    }
    for (int64_t k = 0; k < units_; k++) {
      weights += 2 * kLanes;
      const Packet wh = pload<Packet>(weights), wt = pload<Packet>(weights + kLanes);
#pragma GCC unroll 8
      for (int64_t r = 0; r < kCount; r++) {
        const Packet value = pset1<Packet>(x[r * units_ + k]);
        h[r] = pmadd(value, wh, h[r]);
        t[r] = pmadd(value, wt, t[r]);
      }
    }
    for (int64_t r = 0; r < kCount; r++) {
      pstoreu(zh + r * units_, h[r]);
      pstoreu(zt + r * units_, t[r]);
    }
  }

  const int64_t units_, panels_;
  Eigen::ArrayXf packed_;
};

// x, W_H, b_H, W_T, b_T -> y
class Highway : public WithActivation {
 public:
  using WithActivation::WithActivation;

  void Compute(OpKernelContext* context) override {
    const int64_t rows = context->input(0).dim_size(0), units = context->input(0).dim_size(1);
    const Block block(context, 1);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, context->input(0).shape(), &output));
    const float* x = input(context, 0);
    float* y = output->flat<float>().data();
    inTiles(context, rows, units * units, [&](int64_t begin, int64_t end) {
      Eigen::ArrayXf scratch(Block::scratch(units));
      for (int64_t row = begin; row < end; row += kTile) {
        const int64_t start = row * units;
        block.run(x + start, std::min(kTile, end - row), activation_, scratch.data(), y + start);
      }
    });
  }
};

// Many states through many blocks, a tile at a time, so that states stay in a core's cache.
// x, the first states of a batch one after the other, and the weights of each block -> the last states.
// `steps` has three numbers a step: the block, the state it reads, and the one it writes; a state may be
// written over. `ends` are the states that are wanted.
class HighwayPaths : public WithActivation {
 public:
  explicit HighwayPaths(OpKernelConstruction* construction) : WithActivation(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("blocks", &blocks_));
    OP_REQUIRES_OK(construction, construction->GetAttr("starts", &starts_));
    OP_REQUIRES_OK(construction, construction->GetAttr("steps", &steps_));
    OP_REQUIRES_OK(construction, construction->GetAttr("ends", &ends_));
    for (size_t i = 0; i < steps_.size(); i += 3) states_ = std::max(states_, int64_t{steps_[i + 2]} + 1);
    states_ = std::max(states_, int64_t{starts_});
  }

  void Compute(OpKernelContext* context) override {
    const int64_t rows = context->input(0).dim_size(0) / starts_, units = context->input(0).dim_size(1);
    const int64_t ends = ends_.size();
    std::vector<Block> blocks;
    blocks.reserve(blocks_);
    for (int i = 0; i < blocks_; i++) blocks.emplace_back(context, 1 + 4 * i);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({ends * rows, units}), &output));
    const float* x = input(context, 0);
    float* y = output->flat<float>().data();
    inTiles(context, rows, steps_.size() / 3 * units * units, [&](int64_t begin, int64_t end) {
      Eigen::ArrayXf scratch(Block::scratch(units)), states(states_ * kTile * units);
      const auto state = [&](int64_t i) { return states.data() + i * kTile * units; };
      for (int64_t row = begin; row < end; row += kTile) {
        const int64_t count = std::min(kTile, end - row), size = count * units;
        for (int64_t i = 0; i < starts_; i++) std::copy_n(x + (i * rows + row) * units, size, state(i));
        for (size_t i = 0; i < steps_.size(); i += 3)
          blocks[steps_[i]].run(state(steps_[i + 1]), count, activation_, scratch.data(), state(steps_[i + 2]));
        for (int64_t i = 0; i < ends; i++)
          std::copy_n(state(ends_[i]), size, y + (i * rows + row) * units);
      }
    });
  }

 private:
  int blocks_, starts_;
  int64_t states_ = 0;
  std::vector<int> steps_, ends_;
};

// x, H, T -> y = (H - x) T + x
class Mix : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context,
                   context->forward_input_or_allocate_output({1, 2}, 0, context->input(0).shape(), &output));
    const float *x = input(context, 0), *h = input(context, 1), *t = input(context, 2);
    float* y = output->flat<float>().data();
    forEach(context, output->NumElements(), [=](int64_t i) { y[i] = (h[i] - x[i]) * t[i] + x[i]; });
  }
};

// dy, x, H, T -> dy (1 - T), dz_H = dy T f'(z_H), dz_T = dy (H - x) T (1 - T)
class MixGrad : public WithActivation {
 public:
  using WithActivation::WithActivation;

  void Compute(OpKernelContext* context) override {
    if (activation_ == "relu") return compute(context, [](float h) { return h > 0 ? 1.0f : 0.0f; });
    if (activation_ == "sigmoid") return compute(context, [](float h) { return h * (1 - h); });
    if (activation_ == "tanh") return compute(context, [](float h) { return 1 - h * h; });
    compute(context, [](float) { return 1.0f; });
  }

 private:
  template <typename Slope>
  void compute(OpKernelContext* context, const Slope& slope) {
    const TensorShape shape = context->input(0).shape();
    const int donors[] = {0, 2, 3};
    float* results[3];
    const float *dy = input(context, 0), *x = input(context, 1), *h = input(context, 2), *t = input(context, 3);
    for (int i = 0; i < 3; i++) {
      Tensor* output = nullptr;
      OP_REQUIRES_OK(context, context->forward_input_or_allocate_output({donors[i]}, i, shape, &output));
      results[i] = output->flat<float>().data();
    }
    float *carried = results[0], *dzh = results[1], *dzt = results[2];
    forEach(context, shape.num_elements(), [=](int64_t i) {
      const float transformed = dy[i] * t[i], rest = dy[i] - transformed, candidate = h[i];
      dzt[i] = (candidate - x[i]) * t[i] * rest;
      dzh[i] = transformed * slope(candidate);
      carried[i] = rest;
    });
  }
};

absl::Status likeFirstInput(shape_inference::InferenceContext* context) {
  for (int i = 0; i < context->num_outputs(); i++) context->set_output(i, context->input(0));
  return absl::OkStatus();
}

constexpr char kActivation[] = "activation: {'linear', 'relu', 'sigmoid', 'tanh'}";

REGISTER_OP("UnrolledHighway")
    .Input("x: float")
    .Input("kernel: float")
    .Input("bias: float")
    .Input("gate_kernel: float")
    .Input("gate_bias: float")
    .Output("y: float")
    .Attr(kActivation)
    .SetShapeFn(likeFirstInput);
REGISTER_OP("UnrolledHighwayPaths")
    .Input("x: float")
    .Input("weights: inputs * float")
    .Output("y: float")
    .Attr("inputs: int >= 4")
    .Attr("blocks: int >= 1")
    .Attr("starts: int >= 1")
    .Attr("steps: list(int)")
    .Attr("ends: list(int)")
    .Attr(kActivation)
    .SetShapeFn([](shape_inference::InferenceContext* context) {
      context->set_output(0, context->Matrix(context->UnknownDim(), context->Dim(context->input(0), 1)));
      return absl::OkStatus();
    });
REGISTER_OP("UnrolledHighwayMix")
    .Input("x: float")
    .Input("h: float")
    .Input("t: float")
    .Output("y: float")
    .SetShapeFn(likeFirstInput);
REGISTER_OP("UnrolledHighwayMixGrad")
    .Input("dy: float")
    .Input("x: float")
    .Input("h: float")
    .Input("t: float")
    .Output("carried: float")
    .Output("dzh: float")
    .Output("dzt: float")
    .Attr(kActivation)
    .SetShapeFn(likeFirstInput);
REGISTER_KERNEL_BUILDER(Name("UnrolledHighway").Device(DEVICE_CPU), Highway);
REGISTER_KERNEL_BUILDER(Name("UnrolledHighwayPaths").Device(DEVICE_CPU), HighwayPaths);
REGISTER_KERNEL_BUILDER(Name("UnrolledHighwayMix").Device(DEVICE_CPU), Mix);
REGISTER_KERNEL_BUILDER(Name("UnrolledHighwayMixGrad").Device(DEVICE_CPU), MixGrad);

}  // namespace

NAPI_MODULE_INIT() { return exports; }
