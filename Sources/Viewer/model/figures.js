// Numbers as people read them: the same rules as in `Sources/Wording`; one list of examples tests both.

/**
 * `1234567` as `1,234,567`.
 *
 * @param {number} number
 */
export function grouped(number) {
  return Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * `1 sample`, `1,234 samples` of a unit in the plural.
 *
 * @param {number} number @param {string} unit
 */
export function counted(number, unit) {
  return grouped(number) + " " + (number === 1 && unit.endsWith("s") ? unit.slice(0, -1) : unit);
}

/**
 * A number with this many decimals, halves rounded away from zero.
 *
 * @param {number} value @param {number} decimals
 */
export function fixed(value, decimals) {
  const factor = 10 ** decimals;
  const scaled = Math.round(Math.abs(value) * factor);
  const sign = value < 0 && scaled !== 0 ? "-" : "";
  const whole = sign + grouped(Math.floor(scaled / factor));
  return decimals > 0 ? whole + "." + String(scaled % factor).padStart(decimals, "0") : whole;
}

/**
 * A share as percent; one short of the whole never reads 100.
 *
 * @param {number} share
 */
export function percent(share) {
  if (!(share > 0) || !Number.isFinite(share)) return "0.0 %";
  if (share < 0.00005) return "<0.01 %";
  if (share < 0.01) return fixed(share * 100, 2) + " %";
  if (share < 1 && share > 0.9994) return "99.9 %";
  return fixed(share * 100, 1) + " %";
}

/**
 * A change of share in percentage points.
 *
 * @param {number} change
 */
export function points(change) {
  const text = fixed(Math.abs(change) * 100, 2);
  return (change < 0 && text !== "0.00" ? "−" : "+") + text + " points";
}

/**
 * An amount with its unit: `2,476 samples`, `1.2 s`, `4.0 KB`.
 *
 * @param {number} number @param {ValueType} value
 */
export function amount(number, value) {
  if (value.unit === "count") return counted(number, value.name);
  return value.unit === "nanoseconds" || value.unit === "bytes" ? cell(number, value) : counted(number, value.unit);
}

/**
 * An amount where its unit is said elsewhere, or goes without saying: `2,476`, `1.2 s`, `4.0 KB`.
 *
 * @param {number} number @param {ValueType} value
 */
export function cell(number, value) {
  if (value.unit === "nanoseconds") return time(number);
  return value.unit === "bytes" ? size(number) : grouped(number);
}

/** @param {number} nanoseconds */
function time(nanoseconds) {
  if (nanoseconds < 1e3) return nanoseconds + " ns";
  if (nanoseconds < 999_950) return fixed(nanoseconds / 1e3, 1) + " µs";
  if (nanoseconds < 999_950_000) return fixed(nanoseconds / 1e6, 1) + " ms";
  const seconds = nanoseconds / 1e9;
  if (seconds < 1) return fixed(seconds, 2) + " s";
  if (seconds < 120) return fixed(seconds, 1) + " s";
  const whole = Math.round(seconds);
  if (whole < 7200) return Math.floor(whole / 60) + " min " + (whole % 60) + " s";
  return grouped(Math.floor(whole / 3600)) + " h " + (Math.floor(whole / 60) % 60) + " min";
}

/** @param {number} bytes */
function size(bytes) {
  if (bytes < 1000) return bytes + " B";
  let value = bytes / 1000;
  for (const unit of ["KB", "MB", "GB"]) {
    if (value < 999.95) return fixed(value, 1) + " " + unit;
    value /= 1000;
  }
  return fixed(value, 1) + " TB";
}
