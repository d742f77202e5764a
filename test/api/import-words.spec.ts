import { describe, expect, it } from 'vitest';
import { UserRowFields } from '../../apps/api/src/identity/user-sheets.dto.js';
import { AssetRowFields } from '../../apps/api/src/inventory/asset-import.dto.js';
import { DiskField } from '../../apps/api/src/inventory/detail-fields.js';
import { inWords } from '../../apps/api/src/sheets/fault-words.js';
import { faultsOf, writtenCodes } from './field-faults.js';

describe('why a cell is refused', () => {
  it('is said in Chinese, with the limits, whichever check of a field refuses it', () => {
    const faults = [AssetRowFields, UserRowFields, DiskField].flatMap(faultsOf);
    const said = new Map(
      faults.map((fault) => [fault.code, inWords({ field: '', ...fault }, 'zh-CN').message]),
    );
    expect([...said].filter(([, message]) => !/\p{Script=Han}/u.test(message))).toEqual([]);
    expect(said.get('not_an_asset_name')).toContain('@、# 和 /');
    const port = faults.find(({ code, params }) => code === 'out_of_range' && params?.['max'] === 65_535);
    expect(inWords({ field: 'port', code: '', message: '', ...port }, 'zh-CN').message).toBe(
      '请填写 1 到 65535 之间的整数。',
    );
  });

  it('is said in Chinese of whatever the sheet and the plan of the import find', () => {
    const codes = [
      ...writtenCodes(
        'apps/api/src/sheets/{cell-values,sheet-drafts}.ts',
        /(?:code: |fault\(column, )'(\w+)'/g,
      ),
      ...writtenCodes('libs/{identity,inventory}/{user,asset}-import{,-plan}.ts', /code: '(\w+)'/g),
      ...writtenCodes('libs/kernel/ssh-keys.ts', /faultWith\(\s*'(\w+)'/g),
    ];
    expect(codes).toEqual(expect.arrayContaining(['cell_merged', 'last_admin', 'weak_key']));
    const unsaid = codes.filter(
      (code) => !/\p{Script=Han}/u.test(inWords({ field: '', code, message: code }, 'zh-CN').message),
    );
    expect(unsaid).toEqual([]);
  });
});
