//! Registering routes so that none is without its manners.
//!
//! ```ignore
//! config.service(resource("/api/tasks").get(list).post(create));
//! ```
//!
//! Every resource asks who is calling unless it is [`public`](Endpoint::public), answers HEAD where
//! it answers GET, tells its methods to OPTIONS, and any other method is a 405 with `Allow`. A POST of a known caller
//! takes effect once where it has an `Idempotency-Key`.

use actix_web::dev::{AppService, Handler, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, HttpResponse, Responder, Route, guard, web};

use super::once;
use crate::auth;
use crate::openapi::Operation;
use crate::problem::{Problem, ProblemType};

/// A resource at `path`, as yet without methods.
pub fn resource(path: &'static str) -> Endpoint {
    Endpoint { path, public: false, routes: Vec::new(), operations: Vec::new() }
}

/// One path and what can be done there.
pub struct Endpoint {
    path: &'static str,
    public: bool,
    routes: Vec<(Method, Route)>,
    operations: Vec<(Method, Operation)>,
}

macro_rules! methods {
    ($($name:ident $method:ident;)+) => {$(
        #[doc = concat!("Answers ", stringify!($method), " by `handler`.")]
        #[must_use]
        pub fn $name<F, Args>(self, handler: F) -> Self
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.on(Method::$method, handler)
        }
    )+};
}

impl Endpoint {
    methods! {
        get GET;
        post POST;
        put PUT;
        patch PATCH;
        delete DELETE;
    }

    /// Answers strangers too.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Answers `method` by `handler`.
    #[must_use]
    pub fn on<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = Route::new().guard(accepts(method.clone())).to(handler);
        self.routes.push((method, route));
        self
    }

    /// Says what the last method is for, in the words of the API's description.
    #[must_use]
    pub fn told(mut self, operation: Operation) -> Self {
        if let Some((method, _)) = self.routes.last() {
            self.operations.push((method.clone(), operation));
        }
        self
    }

    /// Where it is.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Whether it answers strangers.
    pub fn is_public(&self) -> bool {
        self.public
    }

    /// The methods it was given.
    pub fn methods(&self) -> impl Iterator<Item = &Method> {
        self.routes.iter().map(|(method, _)| method)
    }

    /// What was told of its methods.
    pub fn operations(&self) -> impl Iterator<Item = (&Method, &Operation)> {
        self.operations.iter().map(|(method, operation)| (method, operation))
    }

    /// What `Allow` says: those and what comes with them.
    fn allowed(&self) -> HeaderValue {
        let mut names: Vec<&str> = Vec::new();
        for method in self.methods() {
            names.push(method.as_str());
            if *method == Method::GET {
                names.push(Method::HEAD.as_str());
            }
        }
        names.push(Method::OPTIONS.as_str());
        // Methods are tokens, so this always fits.
        HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
    }
}

fn accepts(method: Method) -> impl guard::Guard {
    guard::fn_guard(move |context| {
        let asked = &context.head().method;
        *asked == method || (*asked == Method::HEAD && method == Method::GET)
    })
}

impl HttpServiceFactory for Endpoint {
    fn register(self, config: &mut AppService) {
        let allowed = self.allowed();
        let for_options = allowed.clone();
        let options = move || {
            let answer = HttpResponse::NoContent().insert_header((ALLOW, for_options.clone())).finish();
            async move { answer }
        };
        let otherwise = move |method: Method| {
            let problem = not_allowed(&method, &allowed);
            async move { problem }
        };
        let mut resource = web::resource(self.path);
        for (method, route) in self.routes {
            let takes_effect_once = method == Method::POST && !self.public;
            let route = if takes_effect_once { route.wrap(from_fn(once::answer_once)) } else { route };
            let route = if self.public { route } else { route.wrap(from_fn(auth::authenticate)) };
            resource = resource.route(route);
        }
        resource
            .route(Route::new().guard(guard::Options()).to(options))
            .default_service(web::to(otherwise))
            .register(config);
    }
}

fn not_allowed(method: &Method, allowed: &HeaderValue) -> Problem {
    let list = allowed.to_str().unwrap_or_default();
    // Methods can be made up at any length.
    let shown: String = method.as_str().chars().take(20).collect();
    Problem::new(ProblemType::MethodNotAllowed, format!("{shown} is not among {list}."))
        .header(ALLOW, allowed.clone())
}
