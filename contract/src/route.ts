import type { z } from 'zod';
import type { ErrorCode } from './errors';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';

/** The names after a colon in a path: `PathNames<'/jobs/:jobId'>` is `'jobId'`. */
export type PathNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | PathNames<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

type Shape = z.ZodType;

/**
 * One door of the server, said once: the handler's parameters, the validation, the client's call and the OpenAPI document all come from it.
 * `bytes` marks a body or an answer that is streamed and never parsed.
 */
export interface Route<
  Path extends string = string,
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
  Returns extends Shape = Shape,
> {
  readonly name: string;
  readonly summary: string;
  readonly method: Method;
  readonly path: Path;
  readonly params?: Params | undefined;
  readonly query?: Query | undefined;
  readonly body?: Body | undefined;
  readonly returns?: Returns | undefined;
  readonly bytes?: 'in' | 'out' | undefined;
  /** 200 unless something is made (201). */
  readonly status?: 200 | 201 | undefined;
  readonly errors: readonly ErrorCode[];
}

/** A path with names must say what they are; one without must not. */
type ParamsOf<Path extends string, Params extends Shape> = [PathNames<Path>] extends [never]
  ? { params?: undefined }
  : { params: z.output<Params> extends Record<PathNames<Path>, unknown> ? Params : never };

export function route<
  const Path extends string,
  Params extends Shape = z.ZodUndefined,
  Query extends Shape = z.ZodUndefined,
  Body extends Shape = z.ZodUndefined,
  Returns extends Shape = z.ZodUndefined,
>(
  definition: Omit<Route<Path, Params, Query, Body, Returns>, 'params'> & ParamsOf<Path, Params>,
): Route<Path, Params, Query, Body, Returns> {
  return definition as Route<Path, Params, Query, Body, Returns>;
}

type Part<Name extends string, S> = S extends z.ZodUndefined ? unknown : S extends Shape ? { [K in Name]: z.input<S> } : unknown;
type ParsedPart<Name extends string, S> = S extends z.ZodUndefined ? unknown : S extends Shape ? { [K in Name]: z.output<S> } : unknown;

/** What a caller gives. */
export type CallInput<R> =
  R extends Route<string, infer P, infer Q, infer B, Shape> ? Part<'params', P> & Part<'query', Q> & Part<'body', B> : never;

/** What a handler gets, parsed. */
export type HandlerInput<R> =
  R extends Route<string, infer P, infer Q, infer B, Shape>
    ? ParsedPart<'params', P> & ParsedPart<'query', Q> & ParsedPart<'body', B>
    : never;

/** What a handler must give and a caller gets. */
export type Answer<R> = R extends Route<string, Shape, Shape, Shape, infer A> ? (A extends z.ZodUndefined ? void : z.output<A>) : never;
