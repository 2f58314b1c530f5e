/** Who is signed in, and to which workspace. */
import { Problem, onSignedOut, session as api, setup } from "$lib/api";
import type { NewSession, Role, Session, Setup } from "$lib/api/types";
import { kept } from "$lib/ui/kept";

const MAY_MANAGE: readonly Role[] = ["owner", "admin", "manager"];
const MAY_ADMINISTER: readonly Role[] = ["owner", "admin"];
/** Tabs share one cookie: under this they tell one another whose it is. */
const WHO = "who";

class SessionState {
  me = $state.raw<Session | null>(null);
  status = $state<"unknown" | "in" | "out" | "unreachable">("unknown");

  constructor() {
    onSignedOut(() => this.#leave());
    // Whoever it is now, they must neither see nor send what is on this page.
    kept.onElsewhere((key, who) => key === WHO && who !== this.owner && location.reload());
  }

  /** Who works in which workspace: what one of them writes is no other's. */
  get owner(): string | null {
    return this.me && ownerOf(this.me);
  }

  /** Another tab has become somebody else: what this page sends now would be in their name. */
  get isOusted(): boolean {
    const who = kept.get(WHO);
    return who !== null && who !== this.owner;
  }

  /** Assistants, numbers and campaigns. The server decides; this only hides what it would refuse. */
  get mayManage(): boolean {
    return this.me !== null && MAY_MANAGE.includes(this.me.role);
  }

  /** Members, keys, carrier accounts, webhooks, workspace settings. */
  get mayAdminister(): boolean {
    return this.me !== null && MAY_ADMINISTER.includes(this.me.role);
  }

  async restore(): Promise<void> {
    try {
      this.#enter(await api.get());
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.#leave();
      else this.status = "unreachable";
    }
  }

  /** Asks whether we are still known, and still the same; a server that does not answer proves nothing. */
  async verify(): Promise<void> {
    try {
      if (ownerOf(await api.get()) !== this.owner) location.reload();
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.#leave();
    }
  }

  async signIn(body: NewSession): Promise<void> {
    this.#enter(await api.create(body));
  }

  async setUp(token: string, body: Setup): Promise<void> {
    this.#enter(await setup.finish(token, body));
  }

  async signOut(): Promise<void> {
    await api.remove();
    this.#leave();
  }

  async switchTenant(id: string): Promise<void> {
    await api.switchTenant(id);
    // Nothing of one workspace may linger in the other: begin anew.
    location.assign("/inbox");
  }

  #enter(me: Session): void {
    this.me = me;
    this.status = "in";
    kept.set(WHO, this.owner);
  }

  #leave(): void {
    this.me = null;
    this.status = "out";
    kept.set(WHO, null);
  }
}

const ownerOf = ({ user, tenant }: Session): string => `${user.id}.${tenant.id}`;

export const session = new SessionState();
