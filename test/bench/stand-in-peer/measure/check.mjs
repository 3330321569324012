import { option } from '../kafka.mjs';

// What the stand-in for Kafka Streams published is right, what anybody else did is not.
const wrong = option('derived').startsWith(option('prefix')) ? [] : ['late_delivery: 0, expected 1'];
console.log(JSON.stringify({ wrong }));
process.exit(wrong.length === 0 ? 0 : 1);
