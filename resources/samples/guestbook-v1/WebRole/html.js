'use strict';

function escape(text) {
  return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function time(ms) {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 16);
}

module.exports = { escape, time };
