import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escape } from './escape.js'

test('markup in a name stays text', () => {
  assert.equal(escape('<b>"Tea" & more</b>'), '&lt;b&gt;&quot;Tea&quot; &amp; more&lt;/b&gt;')
})
