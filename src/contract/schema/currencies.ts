// Minor digits of the active currencies of ISO 4217 that do not have two. Intl cannot say: its digits are those of
// CLDR, which has none for HUF, IDR or PKR where ISO has two.
const DIGITS: Readonly<Record<string, readonly string[]>> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "),
  3: "BHD IQD JOD KWD LYD OMR TND".split(" "),
  4: "CLF UYW".split(" "),
};
/** Codes that ISO 4217 gives no minor unit: not money one can pay an amount of. */
const WITHOUT_MINOR_UNIT = new Set("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split(" "));
const digitsByCurrency = new Map<string, number>();
for (const currency of Intl.supportedValuesOf("currency")) digitsByCurrency.set(currency, 2);
for (const [digits, currencies] of Object.entries(DIGITS)) {
  for (const currency of currencies) digitsByCurrency.set(currency, Number(digits));
}
for (const currency of WITHOUT_MINOR_UNIT) digitsByCurrency.delete(currency);

/** Digits an amount of money has in all: in minor units it fits a 64-bit integer. */
export const MONEY_PRECISION = 18;

/** Number of minor digits of an ISO 4217 currency (`EUR` 2, `JPY` 0, `KWD` 3); undefined for a code that is none. */
export function currencyDigits(currency: string): number | undefined {
  return digitsByCurrency.get(currency);
}
