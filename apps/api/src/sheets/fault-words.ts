import type { FieldError } from '#libs/kernel';
import type { SheetLanguage } from './columns.js';

/** Why a cell was refused, in Chinese, with gaps for what the fault brings along. English comes with the fault itself. */
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
  not_a_list: '必须是列表。',
  not_a_mac_address: 'MAC 地址格式不正确，例如 52:54:00:12:34:56。',
  not_a_moment: '请填写带时区的时刻（文本），例如 2027-01-31T18:00:00+08:00。',
  not_a_number: '请填写整数，只能包含数字。',
  not_a_public_key: '不是有效的 OpenSSH 公钥。',
  not_a_text: '必须是文本。',
  not_a_username: '以字母或数字开头，其后可用字母、数字、点、连字符和下划线，总长不超过 64 个字符。',
  not_true_or_false: '必须是 true 或 false。',
  not_an_address: '请填写 IP 地址或域名，不含端口。',
  not_an_asset_name: '资产名称中不能包含 @、# 和 /，它们在填写资产名称的地方另有含义。',
  not_an_email: '邮箱格式不正确。',
  not_an_object: '必须是对象。',
  not_clearable: '该字段不能清空，请留空或填写新值。',
  not_disks: '磁盘请写成 名称=容量（MiB），例如 sda=102400; sdb=204800。',
  not_labels: '标签格式不正确，请写成 键=值，多个用分号分隔。',
  out_of_range: '请填写 {min} 到 {max} 之间的整数。',
  private_key: '这是私钥，请勿上传；请填写公钥。',
  repeated: '有重复的值。',
  required: '必填。',
  security_key: '暂不支持安全密钥（sk-…），请使用 ed25519、ecdsa 或 rsa。',
  several_lines: '请只填写一行公钥。',
  too_few: '请至少选择 {min} 项。',
  too_long: '最多 {max} 个字符。',
  too_many: '最多 {max} 项。',
  unknown_admin_account: '管理账户“{what}”不存在，请先添加或更正名称。',
  unknown_choice: '只能是：{what}。',
  unknown_data_center: '机房“{what}”不存在，请先添加或更正名称。',
  unknown_group: '资产组“{what}”不存在，请先添加或更正名称。',
  unknown_user_group: '用户组“{what}”不存在，请先添加或更正名称。',
  unknown_value: '只能是：{values}。',
  weak_key: 'RSA 密钥长度不足，建议使用 ed25519。',
};

/** The fault as it is told in the language of the import. */
export function inWords(
  { field, code, message, params = {} }: FieldError,
  language: SheetLanguage,
): FieldError {
  const phrase = language === 'zh-CN' ? CHINESE[code] : undefined;
  const said = phrase?.replace(/\{(\w+)\}/g, (_, gap: string) => String(params[gap] ?? ''));
  return { field, code, message: said ?? message };
}
