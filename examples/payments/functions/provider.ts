// The payment provider's API, and which of its answers are final.
import { PermanentError, readSecret, type Secret } from "spillway/callback";
import * as v from "valibot";

/** The provider does not accept the request as it is, however often it is sent. Somebody must look at it. */
export class PaymentRejected extends PermanentError {}

const Charge = v.object({
  paymentId: v.string(),
  /** Cents. */
  amount: v.number(),
  status: v.picklist(["captured", "declined"]),
  /** ISO 8601. */
  decidedAt: v.string(),
});
export type Charge = v.InferOutput<typeof Charge>;

export interface ProviderBindings {
  readonly providerUrl: string;
  readonly providerKey: Secret;
}

export class Provider {
  constructor(private readonly bindings: ProviderBindings) {}

  /**
   * Charges the account, once for each payment id. A declined payment is an answer like any other. Rejects with
   * `PaymentRejected` if the provider will never accept the request.
   */
  async charge(
    { paymentId, ...charge }: { readonly paymentId: string; readonly accountId: string; readonly amount: number },
    signal: AbortSignal,
  ): Promise<Charge> {
    // If the answer is lost, nobody knows whether the account was charged. The provider knows it by this key.
    const headers = { "idempotency-key": paymentId };
    const response = await this.request("/charges", { method: "POST", headers, body: JSON.stringify(charge), signal });
    return v.parse(Charge, await response.json());
  }

  /** All charges of a day, as `2026-01-31`. */
  async chargesOf(day: string, signal: AbortSignal): Promise<readonly Charge[]> {
    const response = await this.request(`/charges?day=${day}`, { signal });
    return v.parse(v.array(Charge), await response.json());
  }

  private async request(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    const { providerUrl, providerKey } = this.bindings;
    const authorization = `Bearer ${await readSecret(providerKey)}`;
    const response = await fetch(`${providerUrl}${path}`, {
      ...init,
      headers: { ...headers, authorization, "content-type": "application/json" },
    });
    if (response.ok) return response;
    const text = `The provider answered ${response.status}: ${await response.text()}`;
    // 401 and 403: the key is wrong, and the payment is not. 429 and 5xx: later. All of them are tried again.
    if (response.status === 400 || response.status === 422) throw new PaymentRejected(text);
    throw new Error(text);
  }
}
