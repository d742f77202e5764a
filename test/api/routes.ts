import { PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { PERMISSIONS, type Permission } from '#libs/contracts';
import { newId } from '#libs/kernel';
import {
  ACCESS,
  BEFORE_ENROLMENT,
  BEFORE_PASSWORD_CHANGE,
  BY_LOGIN_ONLY,
  type Access,
} from '../../apps/api/src/http/access.js';
import type { ApiFixture } from './api-fixture.js';

/** An operation of the described API. */
export interface Route {
  /** Name of its handler, which names it in the document. */
  name: string;
  method: string;
  path: string;
  /** null: public. */
  permission: Permission | null;
}

/** What a handler that the api loaded says about itself. */
export interface Handler {
  name: string;
  access: Access | undefined;
  byLoginOnly: boolean;
  beforePasswordChange: boolean;
  beforeEnrolment: boolean;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Every operation of the document. */
export function routesOf(document: OpenAPIObject): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const declared: unknown = Object.entries(operation).find(([key]) => key === 'x-permission')?.[1];
      const permission = PERMISSIONS.find((name) => name === declared) ?? null;
      return [{ name: operation.operationId ?? '', method, path, permission }];
    }),
  );
}

/** The path with these ids, or such that name nothing. */
export function concrete(path: string, ids: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? newId());
}

const anObject = z.custom<object>((value) => typeof value === 'object');

const declared = z.union([
  z.object({ permission: z.enum(PERMISSIONS) }),
  z.object({ publicBecause: z.string() }),
]);

/** Every handler of every controller that the api really loaded, as `Controller.handler`. */
export function handlersOf(api: ApiFixture): Handler[] {
  const scanner = new MetadataScanner();
  const modules = [...api.app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') throw new Error('a controller without a class');
    const prototype = anObject.parse(metatype.prototype);
    return scanner.getAllMethodNames(prototype).flatMap((method) => {
      const handler: unknown = Reflect.get(prototype, method);
      if (typeof handler !== 'function' || !Reflect.hasMetadata(PATH_METADATA, handler)) return [];
      return [
        {
          name: `${metatype.name}.${method}`,
          access: declared.optional().parse(Reflect.getMetadata(ACCESS, handler)),
          byLoginOnly: Reflect.getMetadata(BY_LOGIN_ONLY, handler) === true,
          beforePasswordChange: Reflect.getMetadata(BEFORE_PASSWORD_CHANGE, handler) === true,
          beforeEnrolment: Reflect.getMetadata(BEFORE_ENROLMENT, handler) === true,
        },
      ];
    });
  });
}
