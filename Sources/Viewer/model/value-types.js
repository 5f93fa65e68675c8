/** The value type that all time of threads is together, but for what is idle; the command line has it, too. */
export const WALL = "wall";

/** The value types that it is made of. */
const PARTS = ["samples", "off-cpu", "runnable"];

/**
 * The value types of a recording with what all time of threads is together, where waiting was recorded beside what ran;
 * and by what amounts of each are to be multiplied for each.
 *
 * @param {PageHead} head
 * @returns {{ values: PageHead["values"], factors: Float64Array[] }}
 */
export function valuesOf({ values, isRecorded }) {
  /** @param {number} one */
  const own = (one) => Float64Array.from(values, (_, value) => value === one ? 1 : 0);
  const factors = values.map((_, value) => own(value));
  const places = PARTS.map((wanted) => values.findIndex(({ name }) => name === wanted));
  const [ran] = places;
  if (!isRecorded || places.includes(-1) || !(values[ran].period > 0) || values.some(({ name }) => name === WALL)) {
    return { values, factors };
  }
  const ofWall = new Float64Array(values.length);
  for (const place of places) ofWall[place] = place === ran ? values[ran].period : 1;
  return { values: [...values, { name: WALL, unit: "nanoseconds", period: 0 }], factors: [...factors, ofWall] };
}
