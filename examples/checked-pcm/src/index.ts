export { checkedPcm } from './codec.js';
