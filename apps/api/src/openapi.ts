import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '#libs/database';
import { makeLogger, readConfig } from '#libs/kernel';
import { API_PREFIX } from './api.js';
import { AppModule } from './app.module.js';
import { describeApi } from './http/api-document.js';

/** The document as made from the code alone: no database, no keys, nothing started (Nest's preview mode). */
export async function openApiDocument(): Promise<OpenAPIObject> {
  const databaseUrl = 'postgres://localhost/unused';
  const parts = {
    config: { ...readConfig({}), databaseUrl },
    logger: makeLogger('openapi', 'warn'),
    dataSource: new DataSource(dataSourceOptions(databaseUrl)),
  };
  const app = await NestFactory.create(AppModule.forRoot(parts), { preview: true, logger: false });
  app.setGlobalPrefix(API_PREFIX, { exclude: ['healthz', 'readyz', 'metrics'] });
  return describeApi(app);
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(`${JSON.stringify(await openApiDocument(), null, 2)}\n`);
}
