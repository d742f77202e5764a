import { Controller, Get, Injectable, type INestApplication } from '@nestjs/common';
import { ApiExcludeController, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { SESSION_COOKIE } from '#libs/identity';
import { Public } from './access.js';
import { completeDocument } from './document-failures.js';
import { Problem } from './problem.js';

const INTRODUCTION = `REST API of Gatehouse. Log in with \`POST /api/v1/auth/login\` and send the token as
\`Authorization: Bearer\`. Lists answer \`{items, total}\` and take \`q\`, \`page\`, \`pageSize\` and \`sort\`. Failures are
problem details (RFC 9457) with a stable \`code\`. \`x-permission\` names what the caller's role must have.`;

/** The OpenAPI description of every handler that stands under `/api`. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Gatehouse')
    .setDescription(INTRODUCTION)
    .setVersion('1')
    .setOpenAPIVersion('3.0.3')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'token')
    .addCookieAuth(SESSION_COOKIE, { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE }, 'console')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
    extraModels: [Problem],
  });
  return completeDocument(document);
}

/** Holds the document of the running api. */
@Injectable()
export class ApiDocument {
  private app: INestApplication | null = null;
  private document: OpenAPIObject | null = null;

  /** Tells which api to describe. */
  attach(app: INestApplication): void {
    this.app = app;
  }

  /** Made when first asked for: few ask, and it costs some hundred milliseconds. */
  read(): OpenAPIObject {
    if (!this.app) throw new Error('the api is not attached');
    this.document ??= describeApi(this.app);
    return this.document;
  }
}

/** Serves the document to whoever writes a client. */
@ApiExcludeController()
@Controller('openapi.json')
export class ApiDocumentController {
  constructor(private readonly document: ApiDocument) {}

  @Get()
  @Public('it describes the product, not this installation')
  getOpenApi(): OpenAPIObject {
    return this.document.read();
  }
}
