/** Pieces of a row that are less than a pixel wide: neighbors on one path become one piece of it. */
export class PieceRun {
  /** @param {number} y @param {number} height @param {number} joinWithin */
  constructor(y, height, joinWithin) {
    this.y = y;
    this.height = height;
    this.joinWithin = joinWithin;
    /**
     * The path that the open piece will be part of.
     *
     * @type {string[] | null}
     */
    this.path = null;
    this.left = 0;
    this.right = 0;
    this.least = 0;
  }

  /**
   * Adds a piece, which comes after those before.
   *
   * @param {string[]} path @param {number} left @param {number} width @param {number} least
   */
  add(path, left, width, least) {
    if (this.path === path && left - this.right < this.joinWithin) {
      this.right = left + width;
      return;
    }
    this.close();
    this.path = path;
    this.left = left;
    this.right = left + width;
    this.least = least;
  }

  /** Ends the open piece. */
  close() {
    if (!this.path) return;
    const left = this.left.toFixed(2);
    const width = Math.max(this.right - this.left, this.least).toFixed(2);
    this.path.push(`M${left} ${this.y}h${width}v${this.height}H${left}z`);
    this.path = null;
  }
}
