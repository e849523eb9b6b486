export const prices = [
  { name: 'Apples', cents: 290, per: 'kilogram' },
  { name: 'Pears', cents: 340, per: 'kilogram' },
  { name: 'Parsley', cents: 120, per: 'bunch' },
]

export const inWords = ({ cents, per }) => `${(cents / 100).toFixed(2)} a ${per}`
