import stringWidth from 'string-width';
import type { ReachableAsset } from '#libs/authorization';
import { fit, plain } from './plain-text.js';
import type { MenuTexts } from './menu-texts.js';

type Titles = MenuTexts['columns'];
type Column = keyof Titles;

/** Columns in the order in which they go when the terminal is narrow, last first. */
const COLUMNS: readonly Column[] = ['number', 'name', 'systemUsers', 'address', 'port', 'comment'];
const ORDER: readonly Column[] = ['number', 'name', 'address', 'port', 'systemUsers', 'comment'];
const GAP = 2;
const MIN_CELL = 8;
const MAX_CELL = 40;

/** The lines of a table of assets, no wider than the terminal; a column that has no room is left out. */
export function assetTable(
  assets: readonly ReachableAsset[],
  firstNumber: number,
  titles: Titles,
  width: number,
): string[] {
  const rows = assets.map((asset, index) => cellsOf(asset, firstNumber + index));
  const widths = new Map<Column, number>();
  let left = width - 1;
  for (const column of COLUMNS) {
    const wanted = Math.max(stringWidth(titles[column]), ...rows.map((row) => stringWidth(row[column])));
    if (column === 'comment' && rows.every((row) => row.comment === '')) continue;
    const room = left - (widths.size > 0 ? GAP : 0);
    const given = Math.min(wanted, MAX_CELL, room);
    if (given < Math.min(wanted, MIN_CELL)) continue;
    widths.set(column, given);
    left = room - given;
  }
  const line = (row: Record<Column, string>): string =>
    ORDER.flatMap((column) => {
      const size = widths.get(column);
      return size === undefined ? [] : [fit(row[column], size)];
    })
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(titles), ...rows.map(line)];
}

function cellsOf(asset: ReachableAsset, number: number): Record<Column, string> {
  return {
    number: asset.favourite ? `${number}*` : String(number),
    name: plain(asset.name),
    address: plain(asset.address),
    port: String(asset.port),
    systemUsers: asset.systemUsers.map((systemUser) => plain(systemUser.username)).join(' '),
    comment: plain(asset.comment),
  };
}
