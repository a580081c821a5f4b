import { z } from 'zod';
import { errorCodes } from './errors';
import type { Route } from './route';
import { routes } from './routes';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of all routes. Schemas with an id become components; everything else stands where it is used. */
export function openApiDocument(version: string): Json {
  const components: Record<string, Json> = {};
  const schema = (of: z.ZodType, io: 'input' | 'output'): Json => {
    const {
      $schema: _dialect,
      $defs = {},
      ...own
    } = z.toJSONSchema(of, { io, unrepresentable: 'any' }) as Json & { $defs?: Record<string, Json> };
    for (const [id, definition] of Object.entries($defs)) components[id] = toComponent(definition);
    const id = of.meta()?.['id'];
    if (typeof id !== 'string') return toComponent(own);
    components[id] = toComponent(own);
    return { $ref: `#/components/schemas/${id}` };
  };

  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = `/api${route.path.replace(/:([A-Za-z]+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, schema) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'diraclab',
      version,
      description: 'The EGI Workload Manager inside JupyterLab: jobs, sandboxes, pilots.',
      license: { name: 'Apache-2.0' },
    },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { ...sortKeys(components), Problem: problemSchema },
    },
  };
}

type ToSchema = (of: z.ZodType, io: 'input' | 'output') => Json;

function operation(route: Route, schema: ToSchema): Json {
  const bytes = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  const body =
    route.bytes === 'in' ? bytes : route.body === undefined ? undefined : { 'application/json': { schema: schema(route.body, 'input') } };
  const returns =
    route.bytes === 'out'
      ? bytes
      : route.returns === undefined
        ? undefined
        : { 'application/json': { schema: schema(route.returns, 'output') } };
  return {
    operationId: route.name,
    summary: route.summary,
    parameters: [...parameters(route.params, 'path', schema), ...parameters(route.query, 'query', schema)],
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    responses: {
      [String(route.status ?? 200)]: { description: 'Success', ...(returns === undefined ? {} : { content: returns }) },
      ...errorResponses(route),
    },
  };
}

function parameters(of: z.ZodType | undefined, place: 'path' | 'query', schema: ToSchema): Json[] {
  if (!(of instanceof z.ZodObject)) return [];
  return Object.entries(of.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !field.safeParse(undefined).success,
    schema: schema(field, 'output'),
  }));
}

/** Codes that share a status share a response. */
function errorResponses(route: Route): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of route.errors) byStatus.set(errorCodes[code].status, [...(byStatus.get(errorCodes[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      { description: codes.join(', '), content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    ]),
  );
}

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorCodes) },
    detail: { type: 'string', description: 'What was tried, on which thing, and why it failed' },
    next: { type: 'string', description: 'What to do now' },
    ids: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
  },
};

/** References point into the components, and an id is said by its place there. */
function toComponent(value: Json): Json {
  const { id: _id, ...own } = JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
  return own;
}

function sortKeys(of: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));
}
