// Of all browsers since 2023, but not of the compiler's list.
declare class DecompressionStream {
  constructor(format: "deflate");
  readonly readable: any;
  readonly writable: any;
}
