import { Component, type ReactNode } from 'react';
import { ProblemAlert } from './problem.js';

/** Keeps a screen that throws from taking the navigation with it. Give it a key that changes with the screen. */
export class Crashed extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? this.props.children : <ProblemAlert error={error} retry={() => this.setState({ error: undefined })} />;
  }
}
