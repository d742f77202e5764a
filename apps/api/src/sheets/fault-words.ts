import type { FieldError } from '#libs/kernel';
import type { RowFault } from '#libs/database';
import type { SheetLanguage } from './columns.js';

/** Why a cell was refused, in Chinese; `{what}` is the text at fault. English comes with the failure itself. */
const CHINESE: Readonly<Record<string, string>> = {
  ambiguous_group: '“{what}”对应多个资产组，请填写完整路径。',
  already_taken: '该公钥已属于其他用户。',
  blank_ends: '请去掉首尾空格。',
  certificate: '这是证书，请填写它所认证的公钥。',
  cell_boolean: '该单元格是逻辑值，请将列设为文本格式后重新填写。',
  cell_date: '该单元格是日期，请将列设为文本格式后重新填写。',
  cell_error: '该单元格是错误值 {what}。',
  cell_formula: '不读取公式，请填写具体的值。',
  cell_merged: '该单元格属于合并单元格，请先取消合并。',
  cell_number: '该单元格是数字，可能已丢失精度，请将列设为文本格式后重新填写。',
  cell_too_long: '单元格内容过长。',
  changed_meanwhile: '检查之后已被他人修改，请重新上传。',
  control_characters: '不能包含控制字符。',
  last_admin: '至少要保留一名启用的管理员。',
  name_repeated: '与第 {what} 行重名。',
  not_a_mac_address: 'MAC 地址格式不正确，例如 52:54:00:12:34:56。',
  not_a_moment: '请填写带时区的时刻（文本），例如 2027-01-31T18:00:00+08:00。',
  not_a_number: '请填写整数，只能包含数字。',
  not_a_public_key: '不是有效的 OpenSSH 公钥。',
  not_an_address: '请填写 IP 地址或域名，不带端口。',
  not_an_email: '邮箱格式不正确。',
  not_clearable: '该字段不能清空，请留空或填写新值。',
  not_disks: '磁盘请写成 名称=容量（MiB），例如 sda=102400; sdb=204800。',
  not_labels: '标签格式不正确，请写成 键=值，多个用分号分隔。',
  out_of_range: '数值超出范围或不是整数。',
  private_key: '这是私钥，请勿上传；请填写公钥。',
  repeated: '有重复的值。',
  required: '必填。',
  security_key: '暂不支持安全密钥（sk-…），请使用 ed25519、ecdsa 或 rsa。',
  several_lines: '请只填写一行公钥。',
  too_long: '内容过长。',
  too_many: '数量过多。',
  too_short: '必填。',
  unknown_admin_account: '管理账户“{what}”不存在，请先添加或更正名称。',
  unknown_choice: '只能是：{what}。',
  unknown_data_center: '机房“{what}”不存在，请先添加或更正名称。',
  unknown_group: '资产组“{what}”不存在，请先添加或更正名称。',
  unknown_user_group: '用户组“{what}”不存在，请先添加或更正名称。',
  weak_key: 'RSA 密钥长度不足，建议使用 ed25519。',
  wrong_form: '格式不正确，请参照模板中的说明。',
  wrong_type: '类型不正确，请参照模板中的说明。',
};

/** The fault as it is told in the language of the import. */
export function inWords({ field, code, message, what = '' }: RowFault, language: SheetLanguage): FieldError {
  const phrase = language === 'zh-CN' ? CHINESE[code] : undefined;
  return { field, code, message: phrase?.replace('{what}', () => what) ?? message };
}
