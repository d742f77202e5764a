import type { Choice, SheetColumn, SheetColumns } from '../sheets/columns.js';
import { YES_NO } from '../sheets/columns.js';

const TYPES: readonly Choice[] = [
  { value: 'physical', titles: { en: 'physical server', 'zh-CN': '物理机' } },
  { value: 'virtual', titles: { en: 'virtual machine', 'zh-CN': '虚拟机' } },
  { value: 'container', titles: { en: 'container', 'zh-CN': '容器' } },
  { value: 'switch', titles: { en: 'switch', 'zh-CN': '交换机' } },
  { value: 'router', titles: { en: 'router', 'zh-CN': '路由器' } },
  { value: 'firewall', titles: { en: 'firewall', 'zh-CN': '防火墙' } },
  { value: 'other', titles: { en: 'other', 'zh-CN': '其他' } },
];
const ENVIRONMENTS: readonly Choice[] = [
  { value: 'production', titles: { en: 'production', 'zh-CN': '生产' }, also: ['生产环境'] },
  { value: 'test', titles: { en: 'test', 'zh-CN': '测试' }, also: ['测试环境'] },
  { value: 'development', titles: { en: 'development', 'zh-CN': '开发' }, also: ['开发环境'] },
];
const STATUSES: readonly Choice[] = [
  { value: 'in-use', titles: { en: 'in use', 'zh-CN': '在用' }, also: ['使用中'] },
  { value: 'spare', titles: { en: 'spare', 'zh-CN': '备用' } },
  { value: 'retired', titles: { en: 'retired', 'zh-CN': '已下线' }, also: ['下线'] },
];

/** A column of plain text, empty where nothing is known. */
const plain = (
  field: string,
  [en, zh]: [string, string],
  [help, explained]: [string, string],
  example: string,
): SheetColumn => ({
  field,
  titles: { en, 'zh-CN': zh },
  help: { en: help, 'zh-CN': explained },
  form: 'text',
  cleared: '',
  example,
});

const reached: SheetColumns = [
  {
    field: 'name',
    titles: { en: 'Name', 'zh-CN': '名称' },
    help: {
      en: 'Unique. An asset of this name is changed, else one is added. No @, # or /',
      'zh-CN': '唯一。已有同名资产则更新，否则新增。不能包含 @ # /',
    },
    form: 'text',
    required: true,
    example: 'web-1',
  },
  {
    field: 'address',
    titles: { en: 'Address', 'zh-CN': '地址' },
    help: {
      en: 'IP address or DNS name, without a port. Needed for a new asset',
      'zh-CN': 'IP 地址或域名，不含端口。新增时必填',
    },
    form: 'text',
    required: true,
    example: '10.0.0.11',
  },
  {
    field: 'port',
    titles: { en: 'SSH port', 'zh-CN': 'SSH 端口' },
    also: ['端口'],
    help: {
      en: '1 to 65535; blank or -: that of the default settings',
      'zh-CN': '1–65535；留空或 - 表示使用默认设置',
    },
    form: 'whole',
    cleared: null,
    example: '22',
  },
  {
    field: 'groups',
    titles: { en: 'Asset groups', 'zh-CN': '资产组' },
    help: {
      en: 'Existing groups by their path, separated by ;. They replace the groups that the asset is in',
      'zh-CN': '已有资产组的路径，多个用分号分隔；将替换资产现有的组',
    },
    form: 'list',
    cleared: [],
    example: 'Web/Beijing; Payments',
  },
  {
    field: 'dataCenter',
    titles: { en: 'Data center', 'zh-CN': '机房' },
    help: { en: 'Name of an existing data center', 'zh-CN': '已有机房的名称' },
    form: 'text',
    cleared: null,
    example: 'IDC-1',
  },
  {
    field: 'adminAccount',
    titles: { en: 'Admin account', 'zh-CN': '管理账户' },
    help: {
      en: 'Name of an existing admin account; -: that of the default settings',
      'zh-CN': '已有管理账户的名称；- 表示使用默认设置',
    },
    form: 'text',
    cleared: null,
    example: 'root-key',
  },
  {
    field: 'active',
    titles: { en: 'Active', 'zh-CN': '启用' },
    help: {
      en: 'An inactive asset can not be connected to. Blank for a new asset: yes',
      'zh-CN': '停用的资产无法连接。新增时留空为“是”',
    },
    form: 'choice',
    choices: YES_NO,
    example: { en: 'yes', 'zh-CN': '是' },
  },
];

const described: readonly SheetColumn[] = [
  {
    field: 'type',
    titles: { en: 'Type', 'zh-CN': '类型' },
    help: { en: 'One of the values listed', 'zh-CN': '从可选值中选择' },
    form: 'choice',
    choices: TYPES,
    cleared: null,
    example: { en: 'virtual machine', 'zh-CN': '虚拟机' },
  },
  {
    field: 'environment',
    titles: { en: 'Environment', 'zh-CN': '环境' },
    help: { en: 'One of the values listed', 'zh-CN': '从可选值中选择' },
    form: 'choice',
    choices: ENVIRONMENTS,
    cleared: null,
    example: { en: 'production', 'zh-CN': '生产' },
  },
  {
    field: 'status',
    titles: { en: 'Status', 'zh-CN': '使用状态' },
    also: ['状态'],
    help: { en: 'One of the values listed; for people only', 'zh-CN': '从可选值中选择；仅供查看' },
    form: 'choice',
    choices: STATUSES,
    example: { en: 'in use', 'zh-CN': '在用' },
  },
  {
    field: 'labels',
    titles: { en: 'Labels', 'zh-CN': '标签' },
    help: {
      en: 'key=value, separated by ;. They replace the labels of the asset',
      'zh-CN': '键=值，多个用分号分隔；将替换资产现有的标签',
    },
    form: 'labels',
    cleared: {},
    example: 'team=payments; tier=1',
  },
  plain('comment', ['Comment', '备注'], ['At most 2000 characters', '最多 2000 个字符'], 'nginx'),
];

const hardware: readonly SheetColumn[] = [
  {
    field: 'otherAddresses',
    titles: { en: 'Other addresses', 'zh-CN': '其他地址' },
    help: { en: 'IP addresses and DNS names, separated by ;', 'zh-CN': 'IP 或域名，多个用分号分隔' },
    form: 'list',
    cleared: [],
    example: '192.168.0.11; fd00::11',
  },
  {
    field: 'macAddresses',
    titles: { en: 'MAC addresses', 'zh-CN': 'MAC 地址' },
    help: { en: 'Separated by ;', 'zh-CN': '多个用分号分隔' },
    form: 'list',
    cleared: [],
    example: '52:54:00:12:34:56',
  },
  {
    ...plain(
      'outOfBandAddress',
      ['Out-of-band address', '带外管理地址'],
      ['Of the management board (iDRAC, iLO…)', '管理卡地址（iDRAC、iLO 等）'],
      '10.9.0.11',
    ),
    also: ['带外地址'],
  },
  plain('brand', ['Brand', '品牌'], ['Text', '文本'], 'Dell'),
  plain('model', ['Model', '型号'], ['Text', '文本'], 'R740'),
  plain('cpuModel', ['CPU model', 'CPU 型号'], ['Text', '文本'], 'Xeon Gold 6248'),
  {
    field: 'cpuCount',
    titles: { en: 'CPUs', 'zh-CN': 'CPU 核数' },
    also: ['CPU 数'],
    help: { en: 'Logical processors', 'zh-CN': '逻辑处理器个数' },
    form: 'whole',
    cleared: null,
    example: '16',
  },
  {
    field: 'memoryMib',
    titles: { en: 'Memory (MiB)', 'zh-CN': '内存 (MiB)' },
    help: { en: 'Whole number', 'zh-CN': '整数' },
    form: 'whole',
    cleared: null,
    example: '65536',
  },
  {
    field: 'disks',
    titles: { en: 'Disks (MiB)', 'zh-CN': '磁盘 (MiB)' },
    help: { en: 'name=size in MiB, separated by ;', 'zh-CN': '名称=容量（MiB），多个用分号分隔' },
    form: 'disks',
    cleared: [],
    example: 'sda=102400; sdb=204800',
  },
  plain('os', ['OS', '操作系统'], ['Text', '文本'], 'Debian GNU/Linux'),
  plain('osVersion', ['OS version', '系统版本'], ['Text', '文本'], '13'),
  plain('kernel', ['Kernel', '内核'], ['Text', '文本'], '6.12.38'),
  plain('architecture', ['Architecture', '架构'], ['Text', '文本'], 'x86_64'),
  plain('serialNumber', ['Serial number', '序列号'], ['Text', '文本'], 'SN-4711'),
  plain('assetNumber', ['Asset number', '资产编号'], ['In the books of its owner', '台账中的编号'], 'A-0815'),
  plain('cabinet', ['Cabinet', '机柜'], ['Text', '文本'], 'B12'),
  plain('position', ['Position', '机位'], ['In the cabinet', '机柜中的位置'], 'U20'),
];

/** What a spreadsheet of assets holds: to import, in the template, in an export. */
export const ASSET_COLUMNS: SheetColumns = [...reached, ...described, ...hardware];
