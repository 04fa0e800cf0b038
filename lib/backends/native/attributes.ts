import type { Attribute, Binding } from './addon';

/** A kind of attribute that tfjs's addon has no number for: the name of a function of the graph. */
export const functionKind = -1;

/** The attributes of ops, by kind. */
export class Attributes {
  constructor(protected readonly binding: Binding) {}

  /** A type attribute, or one of several types. */
  type(name: string, value: number | number[]): Attribute {
    return this.attributeOf(name, this.binding.TF_ATTR_TYPE, value);
  }

  /** A shape attribute. */
  shape(name: string, value: number[]): Attribute {
    return this.attributeOf(name, this.binding.TF_ATTR_SHAPE, value);
  }

  /** A boolean attribute. */
  flag(name: string, value: boolean): Attribute {
    return this.attributeOf(name, this.binding.TF_ATTR_BOOL, value);
  }

  /** A number attribute. */
  number(name: string, value: number): Attribute {
    return this.attributeOf(name, this.binding.TF_ATTR_FLOAT, value);
  }

  /** An attribute of one integer or several. */
  integer(name: string, value: number | number[]): Attribute {
    return this.attributeOf(name, this.binding.TF_ATTR_INT, value);
  }

  /** A string attribute. */
  text(name: string, value: string): Attribute {
    return this.attributeOf(name, this.binding.TF_ATTR_STRING, value);
  }

  /** An attribute that names a function of the graph. */
  function(name: string, value: string): Attribute {
    return this.attributeOf(name, functionKind, value);
  }

  private attributeOf(name: string, type: number, value: unknown): Attribute {
    return { name, type, value } as Attribute;
  }
}
