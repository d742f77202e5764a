import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { check, csvRows, download, rowsOf } from './sheet-files.js';

const SHEET = 'name,address,groups\nlang-1,not an address,\nlang-2,10.0.6.2,Nowhere\n';
const REASONS = {
  en: [
    'Enter an IP address or a DNS name, without a port.',
    'There is no asset group Nowhere; add it first, or correct the name.',
  ],
  'zh-CN': ['请填写 IP 地址或域名，不含端口。', '资产组“Nowhere”不存在，请先添加或更正名称。'],
};
const HEADERS = { en: 'Reason for refusal', 'zh-CN': '拒绝原因' };

describe('why rows of an import are refused', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  });
  afterAll(() => api.stop());

  it.each(['en', 'zh-CN'] as const)(
    'is said in the language of the reader, uploaded in %s',
    async (uploaded) => {
      const { id } = await check(api.admin, 'assets', SHEET, `?language=${uploaded}`);
      const messages = async (query = ''): Promise<string[]> =>
        (await rowsOf(api.admin, 'assets', id, query)).flatMap(({ errors }) =>
          errors.map(({ message }) => message),
        );
      const file = async (query = ''): Promise<(string | undefined)[]> => {
        const bytes = await download(api.admin, `/assets/imports/${id}/refused-rows?format=csv${query}`);
        return csvRows(bytes).map((cells) => cells.at(-1));
      };
      for (const language of ['en', 'zh-CN'] as const) {
        expect(await messages(`&language=${language}`)).toEqual(REASONS[language]);
        expect(await file(`&language=${language}`)).toEqual([HEADERS[language], ...REASONS[language]]);
      }
      expect(await messages()).toEqual(REASONS[uploaded]);
      expect(await file()).toEqual([HEADERS[uploaded], ...REASONS[uploaded]]);
    },
  );
});
