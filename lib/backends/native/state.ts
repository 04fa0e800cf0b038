import type * as tf from '@tensorflow/tfjs';
import { engine } from 'unrolled-core/internal';
import type { Addon, TensorRecord } from './addon';
import type { Session } from './session';

/** One value of a session's state. */
export interface Slot {
  /** The name of its nodes in the graph. */
  node: string;
  /** The variable, or the tensor that the function captured. */
  source: tf.TensorInfo;
  /** What an error calls it. */
  label: string;
  /** Whether a run changes it. */
  changes: boolean;
  /** The data id whose value the session's copy holds. */
  dataId?: tf.DataId;
  /** The record of that data id while the session alone has the value. */
  pending?: TensorRecord;
}

/**
 * The values that a session keeps between runs: its own copy of each variable and of each tensor
 * the function captured.
 *
 * A data id names one immutable value, so a slot remembers which one the session's copy holds. A
 * variable assigned elsewhere has another data id, and is loaded before the next run. A variable that the
 * session changed gets a data id whose handle is fetched from the session when somebody first asks
 * for it, be it an eager op, another session, `dataSync` or `model.save`. So there is nothing to
 * forget: no value is stale, and none is copied that nobody looks at.
 */
export class State {
  constructor(
    private readonly addon: Addon,
    private readonly session: Session,
    readonly slots: Slot[],
  ) {}

  /**
   * Brings the session's copies up to date; to be called before a run.
   * @throws Error naming a variable or a captured tensor that has been disposed.
   */
  load(): void {
    const { addon, slots } = this;
    const { tensorInfo } = engine().state;
    for (const { source, label } of slots) {
      if (!tensorInfo.has(source.dataId)) throw new Error(disposed(label, source.shape));
    }
    if (slots.some(({ pending }) => pending && pending.refCount > 1)) this.fetch();
    const stale = slots.filter((slot) => slot.dataId !== slot.source.dataId);
    if (stale.length === 0) return;
    const handles = addon.getInputTensorIds(stale.map((slot) => slot.source));
    const feeds = stale.map((slot) => `${slot.node}_feed:0`).join(',');
    const flags = this.session.run(
      handles,
      feeds,
      stale.map((slot) => `${slot.node}_fed:0`).join(','),
    );
    for (const { id } of flags) addon.binding.deleteTensor(id);
    for (const slot of stale) slot.dataId = slot.source.dataId;
  }

  /** Notes that a run has changed the variables it assigns. */
  changed(): void {
    for (const slot of this.slots) {
      if (slot.changes && !slot.pending) this.postpone(slot);
    }
  }

  /** Hands the values that only the session has to tfjs's variables. */
  fetch(): void {
    if (!this.slots.some((slot) => slot.pending)) return;
    const changing = this.slots.filter((slot) => slot.changes);
    const names = changing.map((slot) => `${slot.node}_read:0`).join(',');
    const values = this.session.run([], '', names);
    changing.forEach((slot, i) => {
      const { id } = values[i]!;
      if (slot.pending) Object.defineProperty(slot.pending, 'id', { value: id, writable: true });
      else this.addon.binding.deleteTensor(id);
      slot.pending = undefined;
    });
  }

  private postpone(slot: Slot): void {
    const { addon } = this;
    const { shape, dtype } = slot.source;
    const fetch = () => this.fetch();
    const record: TensorRecord = {
      shape,
      dtype: addon.getDTypeInteger(dtype),
      values: null,
      refCount: 0,
      get id() {
        fetch();
        return this.id;
      },
    };
    const dataId = {};
    addon.tensorMap.set(dataId, record);
    engine().disposeTensor(slot.source);
    slot.source.dataId = dataId;
    engine().incRef(slot.source, null);
    slot.dataId = dataId;
    slot.pending = record;
  }
}

function disposed(label: string, shape: number[]): string {
  return (
    `compile: ${label} of shape [${shape.join()}] has been disposed since the function was recorded. ` +
    'Keep it as long as the compiled function is called (tf.keep, or outside of tf.tidy), or pass it as an input.'
  );
}
