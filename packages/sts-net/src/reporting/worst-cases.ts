import { colors } from '../report/colors.ts';
import { plural } from '../report/format.ts';
import { type Html, html } from '../report/html.ts';
import { caseLesions } from '../report/lesion-pictures.ts';
import type { ReportCase } from '../report/report.ts';
import type { CaseScores } from '../scoring/case-score.ts';
import { scoreValue } from '../scoring/scoring-text.ts';

/** Cases that are kept. */
const kept = 10;

interface DrawnCase {
  readonly dice: number;
  /** Volume of the lesions that are missed or false, ml. */
  readonly wrong: number;
  readonly section: Html;
}

/**
 * The cases with the lowest Dice among those that come by, drawn at once, so that no volume of them is kept.
 */
export class WorstCases {
  /** The worst first. */
  #drawn: readonly DrawnCase[] = [];

  /**
   * Looks at a case; of several labels its Dice is their mean.
   *
   * @param open the case with its image
   */
  async add(
    scores: Pick<CaseScores, 'dice' | 'false-positive-volume' | 'false-negative-volume'>,
    open: () => Promise<ReportCase> | ReportCase,
  ): Promise<void> {
    const dice = scores.dice.value;
    // What is as good as can be is nothing to look at.
    if (Number.isNaN(dice) || dice === 1) return;
    const wrong = scores['false-positive-volume'].value + scores['false-negative-volume'].value;
    const last = this.#drawn.at(-1);
    if (this.#drawn.length === kept && worseFirst({ dice, wrong }, last!) >= 0) return;
    const section = drawn(await open(), dice);
    this.#drawn = [...this.#drawn, { dice, wrong, section }].sort(worseFirst).slice(0, kept);
  }

  /** Their pictures, or nothing if there are none. */
  section(): Html {
    if (this.#drawn.length === 0) return html``;
    const count = this.#drawn.length;
    return html`<h2>${count === 1 ? 'The worst case' : `The ${count} worst cases`}</h2>
<p class="legend">By Dice, the lowest first, of equal ones that of which most is missed or false. Every lesion is shown twice, in the slice that holds most of it: with the
<i style="border-color:${colors.truth}"></i>truth’s outline, and with the <i style="border-color:${colors.prediction}"></i>prediction’s, dashed.
Where an image is not known, the ground is black.</p>
${this.#drawn.map(({ section }) => section)}`;
  }
}

/** By Dice; of equal ones, as the many of 0, that first of which more is missed or false. */
function worseFirst(
  a: Pick<DrawnCase, 'dice' | 'wrong'>,
  b: Pick<DrawnCase, 'dice' | 'wrong'>,
): number {
  return a.dice - b.dice || b.wrong - a.wrong;
}

function drawn(one: ReportCase, dice: number): Html {
  const { found, missed, falsePositives } = one.lesions;
  return html`<h3>${one.id}: Dice ${scoreValue('dice', dice)}</h3>
<p>${plural(found + missed, 'lesion')}, ${found} found, ${missed} missed; ${plural(falsePositives, 'false alarm')}.</p>
${caseLesions(one)}`;
}

/** Style of the pictures. */
export const worstStyle = `
.small-lesions { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: .8rem 1rem; }
.small-lesions figcaption { font-size: .78rem; }`;
