const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escape = (text) => String(text).replace(/[&<>"']/g, (character) => ENTITIES[character])
